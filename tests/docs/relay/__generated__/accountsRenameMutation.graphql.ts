/**
 * @generated SignedSource<<d6530c1a3c83cd6798b83ae74ce3f29b>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
export type accountsRenameMutation$variables = {
  id: string;
  name: string;
};
export type accountsRenameMutation$data = {
  readonly updateAccount: {
    readonly record: {
      readonly id: string;
      readonly name: string | null | undefined;
    } | null | undefined;
  } | null | undefined;
};
export type accountsRenameMutation = {
  response: accountsRenameMutation$data;
  variables: accountsRenameMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "id"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "name"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "id",
        "variableName": "id"
      },
      {
        "fields": [
          {
            "kind": "Variable",
            "name": "name",
            "variableName": "name"
          }
        ],
        "kind": "ObjectValue",
        "name": "input"
      }
    ],
    "concreteType": "AccountPayload",
    "kind": "LinkedField",
    "name": "updateAccount",
    "plural": false,
    "selections": [
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
    "name": "accountsRenameMutation",
    "selections": (v1/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "accountsRenameMutation",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "7f0b2fb4133a8b37b63880a34aa3667b",
    "id": null,
    "metadata": {},
    "name": "accountsRenameMutation",
    "operationKind": "mutation",
    "text": "mutation accountsRenameMutation(\n  $id: ID!\n  $name: String!\n) {\n  updateAccount(id: $id, input: {name: $name}) {\n    record {\n      id\n      name\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "4d90be3471054bba29463d03f226f8a3";

export default node;
