/**
 * @generated SignedSource<<8528d66e53d147fac235b148988a9385>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
export type ChangeKind = "CREATED" | "DELETED" | "ENTERED" | "LEFT" | "READY" | "RESYNC" | "SNAPSHOT" | "UPDATED" | "%future added value";
export type accountsFollowSubscription$variables = {
  id: string;
};
export type accountsFollowSubscription$data = {
  readonly accountChanges: {
    readonly kind: ChangeKind;
    readonly record: {
      readonly id: string;
      readonly name: string | null | undefined;
    } | null | undefined;
  };
};
export type accountsFollowSubscription = {
  response: accountsFollowSubscription$data;
  variables: accountsFollowSubscription$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "id"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "fields": [
          {
            "fields": [
              {
                "kind": "Variable",
                "name": "eq",
                "variableName": "id"
              }
            ],
            "kind": "ObjectValue",
            "name": "id"
          }
        ],
        "kind": "ObjectValue",
        "name": "where"
      }
    ],
    "concreteType": "AccountChange",
    "kind": "LinkedField",
    "name": "accountChanges",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "kind",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "concreteType": "Account",
        "kind": "LinkedField",
        "name": "record",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "id",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "name",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "accountsFollowSubscription",
    "selections": (v1/*:: as any*/),
    "type": "Subscription",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "accountsFollowSubscription",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "42762e3f0937ffb72b6eca222166a9c5",
    "id": null,
    "metadata": {},
    "name": "accountsFollowSubscription",
    "operationKind": "subscription",
    "text": "subscription accountsFollowSubscription(\n  $id: ID!\n) {\n  accountChanges(where: {id: {eq: $id}}) {\n    kind\n    record {\n      id\n      name\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "963979832c632d8c9aa86a1cb15cfb27";

export default node;
